/** What stands where nothing was measured. */
export const UNMEASURED = '–';
