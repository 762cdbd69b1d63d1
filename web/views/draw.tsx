/** @file A picture of the visitor's before the network: drawn, dropped or a test image; its classes, and what speaks for one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { brightness, overlay } from "../../runner/predict/heat-pictures.ts";
import { go, opened, place, texts } from "../page.ts";
import { ClassBars } from "../parts/class-bars.tsx";
import { Picture } from "../parts/maps.tsx";
import { Pad, type Tool } from "../parts/pad.tsx";
import { PixelProbe } from "../parts/pixel-probe.tsx";
import {
  answer,
  beginWith,
  choosePixel,
  drawn,
  fileProblem,
  picture,
  pixel,
  readFile,
  watchPicture,
} from "../picture.ts";
import type { ClassAnswer, ImageAnswer } from "../worker/draw.ts";

/** CSS pixels of a picture's width, about. */
const padWidth = 288;
const mapWidth = 160;

export function Draw() {
  useEffect(watchPicture, []);
  const facts = opened.value;
  if (!facts || !picture.value) return <p class="empty">{texts.value.noNetwork}</p>;
  return (
    <div class="draw">
      <section>
        <Sheet />
      </section>
      <section>
        <Answers />
      </section>
      <section>
        <Maps />
        <PixelProbe />
      </section>
    </div>
  );
}

function caption(): string {
  const text = texts.value;
  const { origin } = picture.value!;
  if (origin.kind === "file") return origin.name;
  if (origin.kind === "drawn") return text.ownDrawing;
  return `${text.image} ${origin.index}, ${text.class} ${opened.value!.data.classes[origin.label]}`;
}

function Sheet() {
  const text = texts.value;
  const { bytes, shape } = picture.value!;
  const tool = useSignal<Tool>("brush");
  const ink = useSignal("#f4f4f4");
  const paper = useSignal("#35506b");
  const thickness = useSignal(3);
  const isOver = useSignal(false);
  const clear = () => {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(paper.value.slice(at, at + 2), 16));
    const values = shape[2] === 1 ? [red!] : [red!, green!, blue!];
    drawn(bytes.map((_, i) => values[i % values.length]!));
  };
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) void readFile(file);
  };
  return (
    <fieldset
      class="sheet"
      data-over={isOver.value}
      aria-label={text.dropHere}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        take(event.dataTransfer?.files);
      }}
    >
      <h2>{caption()}</h2>
      <Pad
        bytes={bytes}
        shape={shape}
        scale={padWidth / shape[1]}
        tool={tool.value}
        color={tool.value === "eraser" ? paper.value : ink.value}
        thickness={thickness.value}
        chosen={pixel.value}
        label={`${caption()}. ${text.padHelp}`}
        onDraw={drawn}
        onChoose={(spot) => choosePixel({ ...spot, channel: pixel.value?.channel ?? 0 })}
      />
      <div class="buttons" role="toolbar" aria-label={text.tools}>
        {(["brush", "eraser", "pixel"] as const).map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={tool.value === name}
            onClick={() => {
              tool.value = name;
            }}
          >
            {text.toolNames[name]}
          </button>
        ))}
        <button type="button" onClick={clear}>
          {text.clear}
        </button>
      </div>
      <div class="buttons">
        <Color name={text.ink} value={ink} />
        <Color name={text.paper} value={paper} />
        <label>
          {text.thickness}{" "}
          <input
            type="range"
            min="1"
            max="8"
            value={thickness.value}
            onInput={({ currentTarget }) => {
              thickness.value = Number(currentTarget.value);
            }}
          />
        </label>
      </div>
      <Sources onFiles={take} />
      <p class="quiet">{text.dropHere}</p>
      <FileProblem />
    </fieldset>
  );
}

function Color({ name, value }: { readonly name: string; readonly value: { value: string } }) {
  return (
    <label>
      {name}{" "}
      <input
        type="color"
        value={value.value}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
    </label>
  );
}

/** A test image, or a file, to begin with. */
function Sources({ onFiles }: { readonly onFiles: (files: FileList | null) => void }) {
  const text = texts.value;
  const { image } = place.value;
  const last = opened.value!.data.test - 1;
  const turn = (to: number) => {
    const wanted = Math.max(0, Math.min(to, last));
    if (wanted === image) void beginWith(wanted);
    else go({ image: wanted });
  };
  return (
    <div class="buttons">
      <button type="button" aria-label={text.previous} onClick={() => turn(image - 1)}>
        ‹
      </button>
      <label>
        {text.image}{" "}
        <input
          type="number"
          min="0"
          max={last}
          value={Math.min(image, last)}
          onChange={({ currentTarget }) => currentTarget.checkValidity() && turn(Number(currentTarget.value))}
        />
      </label>
      <button type="button" aria-label={text.next} onClick={() => turn(image + 1)}>
        ›
      </button>
      <button type="button" onClick={() => turn(image)}>
        {text.asItWas}
      </button>
      <label class="file">
        {text.chooseFile}
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp"
          onChange={({ currentTarget }) => {
            onFiles(currentTarget.files);
            currentTarget.value = ""; // the same file may be chosen again
          }}
        />
      </label>
    </div>
  );
}

function FileProblem() {
  const text = texts.value;
  const problem = fileProblem.value;
  return (
    <div role="status">
      {problem && (
        <p class="notice" data-problem={problem.problem}>
          {text.fileProblems[problem.problem]} <span class="quiet">{problem.message}</span>
        </p>
      )}
    </div>
  );
}

function Answers() {
  const found = answer.value;
  if (!found) return <p class="empty">{texts.value.asking}</p>;
  return found.targets === "images" ? <Made answer={found} /> : <Classes answer={found} />;
}

/** What an autoencoder makes of the picture. */
function Made({ answer: { made, step } }: { readonly answer: ImageAnswer }) {
  const text = texts.value;
  const { shape } = picture.value!;
  const values = made.map((value) => 255 * value);
  return (
    <>
      <h2>{text.itMakes}</h2>
      <Picture
        tensor={{ name: text.itMakes, shape, values }}
        scale={padWidth / shape[1]}
        label={text.itMakes}
      />
      <p class="quiet" data-answer-step={step}>
        {text.afterSteps(step)}
      </p>
    </>
  );
}

function Classes({ answer: found }: { readonly answer: ClassAnswer }) {
  const text = texts.value;
  const isChosen = place.value.explained !== undefined;
  return (
    <>
      <h2>{text.itSees}</h2>
      <ClassBars
        shares={found.shares}
        classes={opened.value!.data.classes}
        chosen={found.explained}
        label={text.itSees}
        onChoose={(explained) => go({ explained })}
      />
      <div class="buttons">
        <button type="button" disabled={!isChosen} onClick={() => go({ explained: undefined })}>
          {text.explainHighest}
        </button>
      </div>
      <p class="quiet" data-answer-step={found.step}>
        {text.afterSteps(found.step)}; {text.chooseClass}
      </p>
    </>
  );
}

/** The picture in grey under what speaks for the class. */
function Maps() {
  const text = texts.value;
  const found = answer.value;
  if (found?.targets !== "classes") return null;
  const { bytes, shape } = picture.value!;
  const [height, width, channels] = shape;
  const name = opened.value!.data.classes[found.explained] ?? String(found.explained);
  const under = { images: bytes, count: 1, height, width, channels };
  const maps = [
    { title: text.saliency, hint: text.saliencyHint, image: brightness(found.saliency, height, width) },
    { title: text.saliencyOver, hint: text.saliencyHint, image: overlay(under, found.saliency) },
    ...(found.gradCam
      ? [
          {
            title: text.gradCam,
            hint: text.gradCamHint(found.gradCam.layer),
            image: overlay(under, found.gradCam.map),
          },
        ]
      : []),
  ];
  return (
    <>
      <h2>{text.speaksFor(name)}</h2>
      <div class="explanations">
        {maps.map(({ title, hint, image }) => (
          <figure key={title} title={hint}>
            <Picture
              tensor={{ name: title, shape: [height, width, 3], values: Float32Array.from(image.images) }}
              scale={mapWidth / width}
              label={`${title}, ${name}`}
            />
            <figcaption>{title}</figcaption>
          </figure>
        ))}
      </div>
    </>
  );
}
