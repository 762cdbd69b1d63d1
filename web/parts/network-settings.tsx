/** @file What a visitor's network learns from, and how: a data set or a folder, loss, optimizer, rate, batch, epochs. */
import { type Design, dataNames, lossNames, readCount } from "../design.ts";
import { changeDesign, design, folder, folderProgress, readFolder } from "../network.ts";
import { texts } from "../page.ts";
import { optimizerNames, readRate } from "../racer.ts";

export function NetworkSettings() {
  const text = texts.value.network;
  const { data, input, loss, optimizer, learningRate } = design.value!;
  const chooseData = (name: (typeof dataNames)[number]) =>
    changeDesign(name === "folder" ? { data: name } : { data: name, input: [32, 32, 3] });
  return (
    <>
      <h2>{text.training}</h2>
      <div class="form">
        <NameField label={text.data} names={dataNames} value={data} onChoose={chooseData} />
        {data === "folder" && (
          <label>
            <span>{text.size}</span>
            <input
              type="text"
              value={`${input[0]}x${input[1]}`}
              onChange={({ currentTarget }) => {
                const [, height, width] = /^(\d{1,3})x(\d{1,3})$/.exec(currentTarget.value.trim()) ?? [];
                const sides = [Number(height), Number(width)] as const;
                const isWithin = sides.every((side) => side >= 1 && side <= 256);
                currentTarget.setCustomValidity(isWithin ? "" : "1x1 - 256x256");
                currentTarget.reportValidity();
                if (isWithin) changeDesign({ input: [...sides, 3] });
              }}
            />
          </label>
        )}
        <NameField
          label={text.loss}
          names={lossNames}
          value={loss}
          onChoose={(name) => changeDesign({ loss: name })}
        />
        <NameField
          label={texts.value.optimizer}
          names={optimizerNames}
          value={optimizer}
          onChoose={(name) => changeDesign({ optimizer: name, learningRate: undefined })}
        />
        <label>
          <span>{texts.value.learningRate}</span>
          <input
            type="number"
            step="any"
            min="1e-12"
            max="1000"
            placeholder={texts.value.default}
            value={learningRate ?? ""}
            onChange={({ currentTarget: { value } }) => {
              const rate = readRate(value);
              if (value === "" || rate !== undefined) changeDesign({ learningRate: rate });
            }}
          />
        </label>
        <Count name="batch" />
        <Count name="epochs" />
        {data !== "folder" && <Count name="limit" />}
      </div>
      {data === "folder" && <Folder />}
    </>
  );
}

function NameField<Name extends string>(props: {
  readonly label: string;
  readonly names: readonly Name[];
  readonly value: Name;
  readonly onChoose: (name: Name) => void;
}) {
  const { label, names, value, onChoose } = props;
  return (
    <label>
      <span>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const name = names.find((known) => known === currentTarget.value);
          if (name) onChoose(name);
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {name === "folder" ? texts.value.network.ownFolder : name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Count({ name }: { readonly name: "batch" | "epochs" | "limit" }) {
  const value: Design[typeof name] = design.value![name];
  return (
    <label>
      <span>{texts.value.network[name]}</span>
      <input
        type="number"
        min="1"
        value={value}
        onChange={({ currentTarget }) => {
          const count = readCount(name, currentTarget.value);
          if (count !== undefined) changeDesign({ [name]: count });
        }}
      />
    </label>
  );
}

/** The visitor's folder, what was read of it, and what could not be. */
function Folder() {
  const text = texts.value.network;
  const found = folder.value;
  const now = folderProgress.value;
  const words = { unread: text.unreadFile, damaged: text.damagedFile, large: text.largeFile };
  return (
    <div class="folder">
      <label>
        <span>{text.chooseFolder}</span>
        <input
          type="file"
          multiple
          {...{ webkitdirectory: true }}
          onChange={({ currentTarget }) => currentTarget.files && void readFolder(currentTarget.files)}
        />
      </label>
      <p class="quiet">{text.staysHere}</p>
      <div role="status" data-classes={found?.classes.length} data-spoilt={found?.spoilt.length}>
        {now && <p>{text.reading(now.done, now.of)}</p>}
        {!now && found && <p>{text.folderRead(found.classes.join(", "), found.train, found.test)}</p>}
        {!now && found && found.spoilt.length > 0 && (
          <>
            <p>{text.spoilt(found.spoilt.length)}</p>
            <ul>
              {found.spoilt.slice(0, 20).map(({ path, problem }) => (
                <li key={path} data-problem={problem}>
                  <code>{path}</code> {words[problem]}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}
