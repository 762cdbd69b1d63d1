/** @file Exact nearest neighbours. */
export {
  NearestNeighbors,
  type Neighbors,
  type NeighborsOptions,
  type NeighborsPrediction,
} from "./nearest-neighbors.ts";
