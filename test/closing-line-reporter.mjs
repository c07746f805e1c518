import { writeFileSync } from 'node:fs';

/**
 * Ends a run with one plain line that says what ran: `N passed, N failed, N skipped`. Where TOPOSCOPE_TEST_COUNTS names
 * a file, the counts go there instead, for whoever adds several runs up.
 */
export default class ClosingLineReporter {
  onTestRunEnd(modules, errors) {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state in counts) {
          counts[state] += 1;
        }
      }
    }
    const file = process.env.TOPOSCOPE_TEST_COUNTS;
    if (file) {
      writeFileSync(file, JSON.stringify(counts));
    } else {
      process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    }
  }
}
