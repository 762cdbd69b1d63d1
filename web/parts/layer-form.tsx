/** @file The options of a layer as a form, by Keras's names. */
import type { DesignedLayer } from "../design.ts";
import { type Field, kerasName, layerKind, readSetting, type Setting, writeSetting } from "../layer-kinds.ts";
import { texts } from "../page.ts";

export function LayerForm(props: {
  readonly layer: DesignedLayer;
  readonly onChange: (layer: DesignedLayer) => void;
}) {
  const { layer, onChange } = props;
  const { kind, settings } = layer;
  const change = (name: string, value: Setting) =>
    onChange({ kind, settings: { ...settings, [name]: value } });
  return (
    <div class="form">
      {Object.entries(layerKind(kind).fields).map(([name, field]) => (
        <label key={name} htmlFor={`option-${name}`}>
          <code>{kerasName(name)}</code>
          <Entry
            id={`option-${name}`}
            field={field}
            value={settings[name]!}
            onChange={(value) => change(name, value)}
          />
        </label>
      ))}
    </div>
  );
}

function Entry(props: {
  readonly id: string;
  readonly field: Field;
  readonly value: Setting;
  readonly onChange: (value: Setting) => void;
}) {
  const { id, field, value, onChange } = props;
  const text = texts.value.network;
  if (field.type === "name" || field.type === "flag") {
    const names = field.type === "name" ? field.names : ["true", "false"];
    const shown = (name: string) => (field.type === "name" ? name : name === "true" ? text.yes : text.no);
    return (
      <select
        id={id}
        value={writeSetting(value)}
        onChange={({ currentTarget }) => {
          const read = readSetting(field, currentTarget.value);
          if (read !== undefined) onChange(read);
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {shown(name)}
          </option>
        ))}
      </select>
    );
  }
  return <NumberEntry id={id} field={field} value={value} onChange={onChange} />;
}

/** What cannot be read is left as it was typed, and marked. */
function NumberEntry(props: {
  readonly id: string;
  readonly field: Exclude<Field, { type: "name" | "flag" }>;
  readonly value: Setting;
  readonly onChange: (value: Setting) => void;
}) {
  const { id, field, value, onChange } = props;
  return (
    <input
      id={id}
      type="text"
      inputMode={field.type === "real" ? "decimal" : "numeric"}
      value={writeSetting(value)}
      placeholder={field.initial === "" ? texts.value.default : undefined}
      onChange={({ currentTarget }) => {
        const read = readSetting(field, currentTarget.value.trim());
        currentTarget.setCustomValidity(read === undefined ? `${field.least} - ${field.most}` : "");
        currentTarget.reportValidity();
        if (read !== undefined) onChange(read);
      }}
    />
  );
}
