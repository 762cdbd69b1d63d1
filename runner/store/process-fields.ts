/** @file What Linux says of a process. */
import { readFileSync } from "node:fs";

/** The fields of /proc/<id>/stat behind "id (name) ": state, parent, ...; undefined on other systems, and once it is gone. */
export function processFields(id: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" "); // any character may be in the name
  } catch {
    return undefined;
  }
}
