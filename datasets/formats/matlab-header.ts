/** @file The first 128 bytes of a `.mat` file: which version it is, in which byte order. */

import { FileError } from "../../engine/errors.ts";
import { latin1, readUint32 } from "./byte-reader.ts";

/** Length of the header of a version 5 file. */
export const matHeaderBytes = 128;

/** How much of the file `checkMatHeader` wants to see: HDF5 puts its signature behind a user block of 512 bytes. */
export const matProbeBytes = 520;

const hdf5Signature = "\x89HDF\r\n\x1a\n";

/**
 * Byte order of a MATLAB version 5 file ("MAT-File Format", MathWorks, chapter 1).
 * @param start the first 520 bytes of the file, or all of a shorter one
 * @throws FileError for another version of the format, or none
 */
export function checkMatHeader(start: Uint8Array, path: string): { littleEndian: boolean } {
  if (start[0] === 0x1f && start[1] === 0x8b)
    throw new FileError(`${path}: packed with gzip. Unpack it: MATLAB files are not read packed.`);
  if (isHdf5(start)) {
    throw new FileError(
      `${path}: a MATLAB 7.3 file (HDF5), expected version 5. Save it again in MATLAB with: save(..., "-v7")`,
    );
  }
  const text = latin1(start.subarray(0, 19));
  if (start.length < matHeaderBytes) {
    if (text.startsWith("MATLAB 5.0 MAT-file")) {
      throw new FileError(
        `${path}: truncated, ${start.length} of the header's ${matHeaderBytes} bytes are there.`,
      );
    }
    throw new FileError(notMat(path, isVersion4(start)));
  }
  const order = latin1(start.subarray(126, 128));
  if (order !== "IM" && order !== "MI") throw new FileError(notMat(path, isVersion4(start)));
  const littleEndian = order === "IM";
  const version = littleEndian ? start[124]! + 256 * start[125]! : 256 * start[124]! + start[125]!;
  if (version !== 0x0100) {
    throw new FileError(
      `${path}: MATLAB file of version 0x${version.toString(16).padStart(4, "0")}, expected 0x0100 (version 5).`,
    );
  }
  return { littleEndian };
}

function isHdf5(start: Uint8Array): boolean {
  return (
    latin1(start.subarray(0, 19)) === "MATLAB 7.3 MAT-file" ||
    latin1(start.subarray(0, 8)) === hdf5Signature ||
    latin1(start.subarray(512, 520)) === hdf5Signature
  );
}

/** Version 4 has no signature: five integers (type, rows, columns, complex?, name length) that must make sense. */
function isVersion4(start: Uint8Array): boolean {
  if (start.length < 20) return false;
  const plausible = (read: (offset: number) => number) => {
    const [type, rows, columns, complex, nameLength] = [read(0), read(4), read(8), read(12), read(16)];
    const typeOfVersion4 = type < 5000 && type % 10 <= 2 && Math.floor(type / 10) % 10 <= 5;
    return typeOfVersion4 && rows + columns > 0 && complex <= 1 && nameLength > 0 && nameLength < 64;
  };
  return (
    plausible((offset) => readUint32(start, offset, true)) ||
    plausible((offset) => readUint32(start, offset, false))
  );
}

function notMat(path: string, version4: boolean): string {
  return version4
    ? `${path}: a MATLAB version 4 file, expected version 5. Save it again in MATLAB with: save(..., "-v7")`
    : `${path}: not a MATLAB file (version 5 has "IM" or "MI" at byte 126).`;
}
