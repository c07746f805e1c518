/** The words of an error, or of what Grafana's backend service rejects with: `{ status, data: { message } }`. */
export function describeError(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  if (typeof error === 'object' && error !== null) {
    const { message, statusText, data } = error as {
      message?: unknown;
      statusText?: unknown;
      data?: { message?: unknown };
    };
    for (const text of [data?.message, message, statusText]) {
      if (typeof text === 'string' && text !== '') {
        return text;
      }
    }
    return JSON.stringify(error);
  }
  return String(error);
}
