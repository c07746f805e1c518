import React from 'react';
import { nodesInReadingOrder } from '../scene/navigation';
import type { Scene, SceneNode } from '../scene/scene';
import { HEALTH_NAMES, KIND_NAMES } from './view-names';

/** Beyond this the page would hold more elements than a screen reader bears; the one in focus is always there. */
const MOST_OPTIONS = 300;

interface Props {
  readonly scene: Scene;
  readonly listId: string;
  readonly selected: string | undefined;
  readonly focused: string | undefined;
}

/** What the canvas shows, in words, for those who cannot see it: invisible, and in step with the picture. */
export const AccessibleList = React.memo(function AccessibleList({
  scene,
  listId,
  selected,
  focused,
}: Props) {
  const ordered = nodesInReadingOrder(scene);
  const shown = ordered.slice(0, MOST_OPTIONS);
  const current = scene.nodesById.get(focused ?? '');
  if (current && !shown.includes(current)) {
    shown.push(current);
  }
  return (
    <div role="presentation" style={INVISIBLE}>
      {shown.map((node) => (
        <div
          key={node.id}
          id={optionId(listId, node.id)}
          role="option"
          aria-selected={node.id === selected}
          aria-setsize={ordered.length}
          aria-posinset={ordered.indexOf(node) + 1}
        >
          {describe(scene, node)}
        </div>
      ))}
    </div>
  );
});

export function optionId(listId: string, nodeId: string): string {
  return `${listId}-${encodeURIComponent(nodeId)}`;
}

/** `shop-web-1, container, running, shop/web:3, called by 2, calls db` */
function describe(scene: Scene, node: SceneNode): string {
  const edges = scene.edgesOf.get(node.id) ?? [];
  const calls = edges.filter(({ isMembership }) => !isMembership);
  const callees = calls.filter(({ source }) => source === node).map(({ target }) => target.label);
  const callers = calls.filter(({ target }) => target === node).map(({ source }) => source.label);
  const owners = edges.filter((edge) => edge.isMembership && edge.source === node);
  const members = edges.length - calls.length - owners.length;
  const parts = [
    node.label,
    KIND_NAMES[node.kind],
    HEALTH_NAMES[node.health],
    node.sublabel,
    node.count > 1 ? `${node.count} of them` : '',
    callers.length > 0 ? `called by ${namesOf(callers)}` : '',
    callees.length > 0 ? `calls ${namesOf(callees)}` : '',
    owners.length > 0 ? `belongs to ${namesOf(owners.map(({ target }) => target.label))}` : '',
    members > 0 ? `has ${members} members` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function namesOf(names: readonly string[]): string {
  return names.length <= 3 ? names.join(' and ') : `${names.length} others`;
}

const INVISIBLE: React.CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
};
