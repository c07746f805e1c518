export function missingPackages(): string[];
/** Installs packages; their services neither start now nor at the next boot. */
export function installPackages(names: readonly string[]): void;
