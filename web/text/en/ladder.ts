/** @file The words of the ladder, in English. */
export const ladderTexts = {
  ladderNames: {
    dense: "Dense: a matrix product",
    forward: "Convolution, forward",
    "input-gradient": "Convolution, gradient of the input",
    "filter-gradient": "Convolution, gradient of the filters",
  },
  climb: "Measure",
  climbing: (ladder: string, variant: string) => `timing ${variant}: ${ladder}; the training waits ...`,
  measuringCeilings: "measuring what this GPU can do at most; the training waits ...",
  climbed: "measured",
  downloadLadder: "Download as JSON",
  ladderHint:
    "Each rung computes the same as the naive kernel, which is checked before it is timed. The file is one of npm run bench: others can compare theirs with it, and bench/results takes it.",
  rung: "variant",
  medianTime: "median time",
  ofPeak: "of the peak",
  peakIs: (speed: string) => `The whole width is this GPU's measured peak in float32: ${speed} GFLOP/s`,
  problemOf: (workload: string, batch: number) => (batch > 1 ? `${workload}, ${batch} images` : workload),
  rungMissing: {
    subgroups: "not here: this adapter has no subgroups of a fixed size",
    "subgroup-matrix": "not here: no browser offers matrix units yet",
  },
  rungWrong: (message: string) => `not timed, since it is wrong here: ${message}`,
};
