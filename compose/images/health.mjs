// Health check of the images: `node health.mjs URL` ends with 0 when the URL answers. Who asks for a password is well, too.
// `--field NAME` also wants that number in a JSON answer to be above zero.
const [url, flag, field] = process.argv.slice(2);
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000), redirect: 'manual' });
  if (!response.ok && response.status !== 401) {
    fail(`answered ${response.status}`);
  }
  if (flag === '--field') {
    const value = (await response.json())[field];
    if (!(value > 0)) {
      fail(`says ${field} is ${value}`);
    }
  }
} catch (error) {
  fail(`does not answer: ${error.cause?.message ?? error.message}`);
}

/** @param {string} what @returns {never} */
function fail(what) {
  console.error(`${url} ${what}`);
  process.exit(1);
}
