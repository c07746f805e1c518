import { looksSecret, MASK, maskCommand, maskEnvironment } from '../audit/mask.js';

/** An annotation with all of the object in it, secrets as they were written. */
const WHOLE_OBJECT = 'kubectl.kubernetes.io/last-applied-configuration';
/** Who changed which field: as long as the object, and of use to machines only. */
const LEFT_OUT = new Set([WHOLE_OBJECT, 'managedFields']);
const COMMANDS = new Set(['command', 'args', 'Command', 'Args', 'Test']);

/**
 * An orchestrator's object without its secrets: every value of an environment, data of a Secret or ConfigMap, headers of
 * probes, words of commands that look like a secret's, and texts whose name does. It errs towards hiding.
 */
export function maskObject(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    return maskList(value, name);
  }
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' && isSecretName(name) ? MASK : value;
  }
  const data = 'kind' in value && (value.kind === 'Secret' || value.kind === 'ConfigMap');
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !LEFT_OUT.has(key))
      .map(([key, each]) => [
        key,
        data && ['data', 'stringData', 'binaryData'].includes(key) ? maskAll(each) : maskObject(each, key),
      ]),
  );
}

function maskList(list: readonly unknown[], name: string): unknown {
  if (list.every((word) => typeof word === 'string')) {
    if (name === 'Env') {
      return maskEnvironment(list);
    }
    return COMMANDS.has(name) ? maskCommand(list) : list;
  }
  if (name === 'env' || name === 'httpHeaders') {
    return list.map(maskValue);
  }
  return list.map((each) => maskObject(each));
}

/** `{ name: DB_PASSWORD, value: x }`; where a variable comes from is no secret. */
function maskValue(variable: unknown): unknown {
  return typeof variable === 'object' && variable !== null && 'value' in variable
    ? { ...variable, value: MASK }
    : variable;
}

function maskAll(map: unknown): unknown {
  return typeof map === 'object' && map !== null
    ? Object.fromEntries(Object.keys(map).map((key) => [key, MASK]))
    : MASK;
}

/** `secretName` and `tokenRef` say where a secret is, not what it is. */
function isSecretName(name: string): boolean {
  return looksSecret(name) && !/(?:name|ref|path)$/i.test(name);
}
