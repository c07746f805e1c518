import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect, stripVTControlCharacters } from 'node:util';

/**
 * Ends a run with what went wrong and one plain line that says what ran: `N passed, N failed, N skipped`. Where
 * TOPOSCOPE_TEST_COUNTS names a file, both go there instead, for whoever adds several runs up.
 */
export default class ClosingLineReporter {
  onTestRunEnd(modules, errors) {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const remarks = errors.map((error) => remark('failed', 'outside of any test', [error]));
    for (const module of modules) {
      const file = path.relative(process.cwd(), module.moduleId);
      const ofModule = module.errors();
      counts.failed += ofModule.length;
      remarks.push(...ofModule.map((error) => remark('failed', file, [error])));
      for (const test of module.children.allTests()) {
        const { state, errors: ofTest = [] } = test.result();
        if (state in counts) {
          counts[state] += 1;
        }
        const tries = (test.diagnostic()?.retryCount ?? 0) + 1;
        if (state === 'failed' || (state === 'passed' && tries > 1)) {
          const how = state === 'failed' ? 'failed' : `passed at try ${tries}`;
          remarks.push(remark(how, `${file} > ${test.fullName}`, ofTest));
        }
      }
    }
    const countsFile = process.env.TOPOSCOPE_TEST_COUNTS;
    if (countsFile) {
      writeFileSync(countsFile, JSON.stringify({ ...counts, remarks }));
    } else {
      process.stdout.write(
        `\n${[...remarks, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`].join('\n')}\n`,
      );
    }
  }
}

/** What happened, to which test, and the heads of its errors: what was expected, what came, and where. */
function remark(how, name, errors) {
  const heads = errors.flatMap((error) => [
    ...(error.message ?? inspect(error)).split('\n').slice(0, 6),
    ...differences(error.diff ?? ''),
    ...(error.stacks ?? [])
      .slice(0, 1)
      .map(({ file, line }) => `at ${path.relative(process.cwd(), file)}:${line}`),
  ]);
  return [`${how}: ${name}`, ...heads].join('\n    ');
}

/** The first lines of a comparison that differ: a message tells of a long list only that it was another. */
function differences(diff) {
  return stripVTControlCharacters(diff)
    .split('\n')
    .filter((line) => /^[-+]/.test(line))
    .slice(0, 16);
}
