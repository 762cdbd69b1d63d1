/** @file Names that stand in files: any text may be one, also `constructor` and `__proto__`, which mean something to JavaScript. */
import { z } from "zod";
import { emptyRecord } from "../../models/records.ts";

/** An object of any names with values of one kind. Zod's own record leaves out `__proto__`. */
export function named<T>(value: z.ZodType<T>) {
  return z.unknown().transform((found, context): Record<string, T> => {
    if (typeof found !== "object" || found === null || Array.isArray(found)) {
      context.issues.push({ code: "custom", message: "expected an object", input: found });
      return z.NEVER;
    }
    const record = emptyRecord<T>();
    for (const [name, entry] of Object.entries(found)) {
      const parsed = value.safeParse(entry);
      if (parsed.success) record[name] = parsed.data;
      else
        context.issues.push(
          ...parsed.error.issues.map((issue) => ({
            code: "custom" as const,
            message: issue.message,
            path: [name, ...issue.path],
            input: entry,
          })),
        );
    }
    return record;
  });
}
