/** @file The frame of the page: what is trained, the views, language and theme. */
import { views } from "./address.ts";
import { ownName } from "./design.ts";
import { experiments, go, linkProblems, message, opened, place, state, texts, train } from "./page.ts";
import { LanguageChoice, Theme } from "./parts/settings.tsx";
import { Break } from "./views/break.tsx";
import { Costs } from "./views/costs.tsx";
import { Draw } from "./views/draw.tsx";
import { KernelsView } from "./views/kernels.tsx";
import { Ladder } from "./views/ladder.tsx";
import { Lessons } from "./views/lessons.tsx";
import { Microscope } from "./views/microscope.tsx";
import { Network } from "./views/network.tsx";
import { RaceView } from "./views/race.tsx";
import { SlowMotion } from "./views/slow-motion.tsx";
import { Train } from "./views/train.tsx";
import { WithoutWebGpu } from "./views/without-webgpu.tsx";

const shown = {
  train: Train,
  microscope: Microscope,
  "slow-motion": SlowMotion,
  draw: Draw,
  race: RaceView,
  costs: Costs,
  lessons: Lessons,
  kernels: KernelsView,
  ladder: Ladder,
  break: Break,
  network: Network,
};

export function App() {
  if (!("gpu" in navigator)) return <WithoutWebGpu />;
  const View = shown[place.value.view];
  return (
    <>
      <Header />
      <Notices />
      <main>
        <View />
      </main>
    </>
  );
}

function Header() {
  const text = texts.value;
  const { view } = place.value;
  return (
    <header>
      <h1>{text.title}</h1>
      <Choice />
      <LanguageChoice />
      <Theme />
      <nav>
        {views.map((name) => (
          <button
            type="button"
            key={name}
            aria-current={name === view ? "page" : undefined}
            onClick={() => go({ view: name })}
          >
            {text.views[name]}
          </button>
        ))}
      </nav>
    </header>
  );
}

/** Which training is open. */
function Choice() {
  const text = texts.value;
  const { experiment, profile, seed } = place.value;
  const choose = (change: Parameters<typeof go>[0]) => {
    go({ ...change, run: false });
    void train();
  };
  return (
    <form class="choice" onSubmit={(event) => event.preventDefault()}>
      <select
        aria-label={text.experiment}
        value={experiment}
        onChange={({ currentTarget }) => choose({ experiment: currentTarget.value })}
      >
        {experiment === ownName && <option value={ownName}>{text.network.own}</option>}
        {[...new Set(experiments.value.map(({ dataset }) => dataset))].map((name) => (
          <optgroup key={name} label={name}>
            {experiments.value
              .filter(({ dataset }) => dataset === name)
              .map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <select
        aria-label={text.profile}
        value={profile}
        onChange={({ currentTarget }) =>
          choose({ profile: currentTarget.value === "full" ? "full" : "quick" })
        }
      >
        <option value="quick">{text.profiles.quick}</option>
        <option value="full">{text.profiles.full}</option>
      </select>
      <label>
        {text.seed}
        <input
          type="number"
          min="0"
          max="999999999"
          value={seed}
          onChange={({ currentTarget }) =>
            currentTarget.checkValidity() && choose({ seed: Number(currentTarget.value) })
          }
        />
      </label>
    </form>
  );
}

/** What went wrong, and what must be known of the images. */
function Notices() {
  const text = texts.value;
  const { view } = place.value;
  const synthetic = opened.value?.data.origin === "synthetic";
  return (
    <div aria-live="polite">
      {linkProblems.value.map((what) => (
        <p key={what} class="notice">
          {text.badLink(what)}
        </p>
      ))}
      {message.value !== undefined && (
        <p class="notice" data-state={state.value}>
          {message.value}
        </p>
      )}
      {opened.value?.edit && view !== "kernels" && (
        <p class="notice">{text.trainsByEdit(opened.value.edit.kernel)}</p>
      )}
      {synthetic && (
        <p class="notice quiet">
          {text.synthetic}: {opened.value?.data.note}
        </p>
      )}
    </div>
  );
}
