import { chromium, type Browser } from 'playwright-core';

/**
 * What Chromium does for somebody who sits before it. The list of its address bar is two web pages, made anew for every
 * page that is opened: a fifth of all that it costs. The others are those of playwright's own list that a page of ours
 * could meet: of two such lists Chromium takes the last.
 */
const WITHOUT = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
  ...['AimEnabled', 'LensOverlay', 'MediaRouter', 'NetworkTimeServiceQuerying', 'OptimizationHints'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...[
    'HttpsFirstBalancedModeAutoEnable',
    'PaintHolding',
    'PreconnectToSearch',
    'ThirdPartyStoragePartitioning',
  ],
];

export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${WITHOUT.join(',')}`,
];

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium';

/** Starts Debian's Chromium with a fresh profile, which playwright removes at the end. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS, timeout: 60_000 });
}
