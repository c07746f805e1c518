import { chromium, type Browser } from 'playwright-core';

export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium';

/** Starts Debian's Chromium with a fresh profile, which playwright removes at the end. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS, timeout: 60_000 });
}
