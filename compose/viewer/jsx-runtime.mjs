/**
 * React's JSX runtime over `createElement`, for dependencies that were compiled against it: Grafana shares its own
 * only from 11.6.11 on, and a bundled copy of React 18's breaks on React 19 and the other way round.
 */
import { createElement, Fragment } from 'react';

export { Fragment };

export function jsx(type, props, key) {
  const { children, ...rest } = props ?? {};
  const attributes = key === undefined ? rest : { ...rest, key };
  return children === undefined ? createElement(type, attributes) : createElement(type, attributes, children);
}

export function jsxs(type, props, key) {
  const { children, ...rest } = props;
  return createElement(type, key === undefined ? rest : { ...rest, key }, ...children);
}

export function jsxDEV(type, props, key, hasStaticChildren) {
  return (hasStaticChildren ? jsxs : jsx)(type, props, key);
}
