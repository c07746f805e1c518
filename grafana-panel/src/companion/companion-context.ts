import { createContext, useContext } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { ToolKind } from './dock/tools';
import type { Target } from './target';

/** What a card needs to act: whom to ask, and where to open what it opens. */
export interface CompanionAccess {
  readonly client: CompanionClient;
  readonly open: (kind: ToolKind, target: Target) => void;
}

/** Undefined where the data source has no companion: then there is nothing to press. */
export const CompanionContext = createContext<CompanionAccess | undefined>(undefined);

export function useCompanion(): CompanionAccess | undefined {
  return useContext(CompanionContext);
}

/** The dashboard's time range in Unix milliseconds. */
export interface CompanionRange {
  readonly from: number;
  readonly to: number;
}

export const CompanionRangeContext = createContext<CompanionRange>({ from: 0, to: 0 });

export function useCompanionRange(): CompanionRange {
  return useContext(CompanionRangeContext);
}
