/**
 * Puts an element into a window of its own, until that window is closed.
 *
 * @param back is called with the element when the window is closed by the user
 * @returns closes the window; undefined when the browser lets none open
 */
export function popOut(
  element: HTMLElement,
  { title, background }: { title: string; background: string },
  events: { readonly moved: () => void; readonly resized: () => void; readonly back: () => void },
): (() => void) | undefined {
  const popup = window.open('', '_blank', 'popup,width=960,height=600');
  if (popup === null) {
    return undefined;
  }
  const { document: page } = popup;
  page.title = title;
  page.documentElement.style.cssText = 'height:100%';
  page.body.style.cssText = `margin:0;height:100%;box-sizing:border-box;padding:8px;background:${background}`;
  page.body.append(element);
  events.moved();
  popup.addEventListener('resize', events.resized);
  const close = () => popup.close();
  // A terminal cannot outlive the page that talks for it.
  window.addEventListener('pagehide', close);
  popup.addEventListener('pagehide', () => {
    window.removeEventListener('pagehide', close);
    events.back();
  });
  popup.focus();
  return close;
}
