// What src/wasm/instance.ts gives.

/** Index + 1 of the key that the JSON string `[start, end)` decodes to, in the table at `keys`; 0 for none. */
export declare function findDecoded(keys: usize, start: usize, end: usize): i32

/** The integer that the JSON value `[start, end)` is, or NaN; asked for whatever is not plain digits. */
export declare function integerOf(start: usize, end: usize): f64
