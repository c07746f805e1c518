/** What an error of Grafana's fetch, of a query or of JavaScript says. */
export function messageOf(error: unknown): string {
  if (typeof error === 'string' && error !== '') {
    return error;
  }
  const { message, statusText, data } = asRecord(error);
  const said = [asRecord(data).message, asRecord(data).error, message, statusText].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return typeof said === 'string' ? said : 'it gave no reason.';
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
