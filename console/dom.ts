export type Child = Node | string | number | undefined | null | false | readonly Child[];

type Props = Readonly<Record<string, unknown>>;

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes, listeners (`onclick`) and children. Text is always text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, props);
  append(element, children);
  return element;
}

export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement;
  apply(element, props);
  append(element, children);
  return element;
}

function apply(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false || value === null) continue;
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value as EventListener);
    else if (name === 'value') (element as HTMLInputElement).value = String(value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) append(parent, child as readonly Child[]);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

/** A label with its field. */
export function field(label: string, input: HTMLElement, className = ''): HTMLElement {
  return h('label', { class: `field ${className}` }, h('span', {}, label), input);
}

export function select(options: readonly (readonly [string, string])[], props: Props = {}): HTMLSelectElement {
  const element = h('select', props, options.map(([value, label]) => h('option', { value }, label)));
  if (props.value !== undefined) element.value = String(props.value);
  return element;
}

/** A button that is busy until its work is done, and says what went wrong. */
export function button(label: string, work: () => unknown, props: Props = {}): HTMLButtonElement {
  const element: HTMLButtonElement = h('button', {
    type: 'button',
    ...props,
    onclick: async () => {
      element.disabled = true;
      element.setAttribute('aria-busy', 'true');
      try {
        await work();
      } catch (error) {
        toast((error as Error).message, true);
      } finally {
        element.disabled = false;
        element.removeAttribute('aria-busy');
      }
    },
  }, label);
  return element;
}

let hide: number | undefined;

/** A line at the foot of the page, read out by screen readers. */
export function toast(text: string, isError = false): void {
  const place = document.getElementById('toast')!;
  place.textContent = text;
  place.className = isError ? 'shown error' : 'shown';
  clearTimeout(hide);
  hide = window.setTimeout(() => { place.className = ''; }, isError ? 8_000 : 3_000);
}

export async function copy(text: string, what: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(`${what} copied`);
}

export function badge(text: string | undefined, kind = text): HTMLElement | undefined {
  return text === undefined ? undefined : h('span', { class: `badge ${kind}` }, text.replace(/_/g, ' '));
}

export function time(at: string): HTMLElement {
  const [date, clock] = at.split('T');
  return h('time', { datetime: at, title: `${date} ${clock}` }, clock?.slice(0, 12) ?? at);
}

/** A block that scrolls by itself, reachable by keyboard. */
export function scroller(label: string, ...children: Child[]): HTMLElement {
  return h('div', { 'class': 'scroller', 'role': 'region', 'aria-label': label, 'tabindex': '0' }, children);
}
