// A worker whose vitest was killed would go on with its tests, and keep alive what they started. Vitest forbids
// process.exit in its workers.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
