import { describe, expect, it } from 'vitest';
import { closeTool, NO_TOOLS, openTool, type Tool, type ToolKind } from './tools';

function tool(id: string, kind: ToolKind, container = 'abc'): Tool {
  return { id, kind, target: { host: 'h', container, name: container, state: 'running' } };
}

const open = (...tools: Tool[]) => tools.reduce(openTool, NO_TOOLS);

describe('the dock', () => {
  it('shows what was opened last', () => {
    expect(open(tool('1', 'logs'), tool('2', 'processes')).shown).toBe('2');
  });

  it('opens the log of a container once, and terminals as often as they are asked for', () => {
    const { tools, shown } = open(tool('1', 'logs'), tool('2', 'exec'), tool('3', 'exec'), tool('4', 'logs'));
    expect(tools.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(shown).toBe('1');
  });

  it('shows the neighbour of what is closed, and nothing at the end', () => {
    const three = open(tool('1', 'exec'), tool('2', 'exec'), tool('3', 'exec'));
    expect(closeTool({ ...three, shown: '2' }, '2').shown).toBe('3');
    expect(closeTool(three, '3').shown).toBe('2');
    expect(closeTool(three, '1').shown).toBe('3');
    expect(closeTool(open(tool('1', 'exec')), '1')).toEqual(NO_TOOLS);
  });
});
