/** @file What happens when a number of an explanation is pressed: it is asked about, or, where nobody could answer, it is no button. */
import { createContext } from "preact";
import type { Number32 } from "../../lessons/microscope/microscope.ts";
import { askAbout } from "../magnified.ts";

export const Asking = createContext<((number: Number32) => void) | undefined>(askAbout);
