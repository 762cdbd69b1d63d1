// In a clone: lets Node run TypeScript in this thread, too, then starts it.
import { register } from "tsx/esm/api";

register();
await import("./decode-worker.ts");
