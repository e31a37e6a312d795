import { z } from "zod";
import type { Path } from "./located.ts";

/** Keys that a schema allows at a path of it; none where any key is allowed or nothing is known. */
export function schemaKeys(schema: z.core.$ZodType, path: Path): string[] {
  return objectsAt(schema, path).flatMap((found) => Object.keys(found.shape));
}

function objectsAt(schema: z.core.$ZodType, path: Path): z.ZodObject[] {
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => objectsAt(option, path));
  }
  const inner = unwrapped(schema);
  if (inner !== undefined) return objectsAt(inner, path);
  if (path.length === 0) return schema instanceof z.ZodObject ? [schema] : [];
  const [key, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    const child = schema.shape[String(key)];
    return child === undefined ? [] : objectsAt(child, rest);
  }
  if (schema instanceof z.ZodRecord) return objectsAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray) return objectsAt(schema.element, rest);
  return [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return schema.unwrap();
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.unwrap();
  if (schema instanceof z.ZodPipe) return schema.in;
  if (schema instanceof z.ZodReadonly) return schema.unwrap();
  return undefined;
}
