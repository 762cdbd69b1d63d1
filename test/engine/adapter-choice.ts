/** @file For tests that open engines of their own: the adapter that WGRAD_ADAPTER asks for. */
import type { AdapterChoice } from "../../engine/adapter.ts";

export const adapterChoice = (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice;
