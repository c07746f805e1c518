export type VariableValue = string | readonly string[];

/** `$name`, `[[name]]`, `${name}` and `${name:format}`: the four ways in which dashboards name a variable. */
const REFERENCE = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}/g;

/** Replaces each reference whose variable has a value; the others stay as they are written. */
export function interpolate(
  text: string,
  valueOf: (name: string) => VariableValue | undefined,
  defaultFormat = 'glob',
): string {
  return text.replace(
    REFERENCE,
    (
      reference: string,
      plain?: string,
      square?: string,
      squareFormat?: string,
      curly?: string,
      curlyFormat?: string,
    ) => {
      const value = valueOf(plain ?? square ?? curly ?? '');
      return value === undefined
        ? reference
        : formatValue(value, squareFormat ?? curlyFormat ?? defaultFormat);
    },
  );
}

function formatValue(value: VariableValue, format: string): string {
  const values = typeof value === 'string' ? [value] : value;
  switch (format) {
    case 'csv':
    case 'raw':
      return values.join(',');
    case 'pipe':
      return values.join('|');
    case 'text':
      return values.join(' + ');
    case 'json':
      return JSON.stringify(value);
    case 'regex': {
      const escaped = values.map((single) => single.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&'));
      return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
    }
    default:
      return values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`;
  }
}
