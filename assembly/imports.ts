// What src/wasm/instance.ts gives.

/** Index + 1 of the key that the JSON string `[start, end)` decodes to, in the table at `keys`; 0 for none. */
export declare function findDecoded(keys: usize, start: usize, end: usize): i32

/** The integer that the JSON value `[start, end)` is, or NaN; asked for whatever is not plain digits. */
export declare function integerOf(start: usize, end: usize): f64

/** The needle `index` of the table begins at `at`. */
export declare function foundNeedle(index: u32, at: usize): void

/** Asks for `setTimes` with what is to be known of the event that is encoded. */
export declare function unusualTimes(): void
