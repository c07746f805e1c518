import { dashboardOf } from './board.js';
import { BOARDS } from './boards.js';
import { PLACES } from './places.js';

/** The dashboards by their path below `dashboards/`. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    BOARDS.map((board) => [
      `json/${PLACES[board.place]}.json`,
      `${JSON.stringify(dashboardOf(board), undefined, 2)}\n`,
    ]),
  );
}
