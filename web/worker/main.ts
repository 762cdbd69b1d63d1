/** @file The worker: the engine and all that computes. The page asks it by messages. */
import { expose } from "comlink";
import { experiments } from "./experiments.ts";
import { Lab } from "./lab.ts";

expose(new Lab(experiments));
