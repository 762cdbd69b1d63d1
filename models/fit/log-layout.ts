/** @file Where the results of a batch stand: the columns of its row of the log, and counts over all batches behind them. */
import { logLossColumns } from "../../kernels/metrics/index.ts";
import type { CountMetric } from "../objective/count-metrics.ts";
import type { ModelMetric, Objective } from "../objective/objective.ts";

/** A metric of counts, and the first of its cells: among the counts, or as a column of the row. */
export interface Placed {
  readonly metric: ModelMetric & { readonly counted: CountMetric };
  readonly first: number;
}

export interface LogLayout {
  /** metrics with a sum over the samples each, in the order of their columns behind the losses */
  readonly summed: readonly ModelMetric[];
  /** outputs whose sample weights are summed, in the order of the columns behind those */
  readonly weightedHeads: readonly number[];
  /** weighted metrics of counts: columns behind those */
  readonly weighed: readonly Placed[];
  /** numbers in a row */
  readonly columns: number;
  /** metrics of counts over all batches */
  readonly counted: readonly Placed[];
  /** numbers of the counts */
  readonly cells: number;
}

export function logLayout({ lossColumns, metrics }: Objective): LogLayout {
  const summed = metrics.filter(({ counted }) => !counted);
  const weightedHeads = [...new Set(summed.filter(({ weighted }) => weighted).map(({ head }) => head))];
  const behind = logLossColumns + lossColumns.length + summed.length + weightedHeads.length;
  const isCounted = (metric: ModelMetric): metric is Placed["metric"] => metric.counted !== undefined;
  const counting = metrics.filter(isCounted);
  const [own, weighted] = [false, true].map((kind) => counting.filter((metric) => metric.weighted === kind));
  const weighed = placed(weighted!, behind);
  const counted = placed(own!, 0);
  return {
    summed,
    weightedHeads,
    weighed: weighed.list,
    columns: weighed.end,
    counted: counted.list,
    cells: counted.end,
  };
}

/** One behind the other from `first` on, and where they end. */
function placed(metrics: readonly Placed["metric"][], first: number) {
  let end = first;
  const list = metrics.map((metric): Placed => {
    const place = { metric, first: end };
    end += metric.counted.cells;
    return place;
  });
  return { list, end };
}
