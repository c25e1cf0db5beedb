/** Any JSON. Not here: what it means. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
