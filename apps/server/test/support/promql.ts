// What a query in PromQL asks for: its metrics, and the labels that it selects, groups or joins by.
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  /** `=`, `!=`, `=~` or `!~`. */
  readonly operator: string;
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Labels by which the expressions around the selector group or join. */
  readonly groupedBy: readonly string[];
}

/** Throws for text that is not PromQL. */
export const selectorsIn = (query: string): readonly Selector[] => {
  const textOf = (node: SyntaxNode): string => query.slice(node.from, node.to);
  const all = (node: SyntaxNode, name: string): readonly SyntaxNode[] => {
    const found: SyntaxNode[] = [];
    node.cursor().iterate((one) => {
      if (one.type.isError) throw new Error(`Not PromQL at ${one.from}: ${query}`);
      if (one.name === name) found.push(one.node);
    });
    return found;
  };

  const matcherOf = (node: SyntaxNode): Matcher => {
    const [label = '', operator = '', value = ''] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
      const [part] = all(node, name);
      return part ? textOf(part) : '';
    });
    return { label, operator, value: value.slice(1, -1) };
  };

  const groupingOf = (node: SyntaxNode): readonly string[] => {
    const labels: string[] = [];
    for (let around = node.parent; around; around = around.parent) {
      for (const modifier of ['AggregateModifier', 'MatchingModifierClause']) {
        for (const found of around.getChildren(modifier)) labels.push(...all(found, 'LabelName').map(textOf));
      }
    }
    return labels;
  };

  return all(parser.parse(query).topNode, 'VectorSelector').map((node) => {
    const name = node.getChild('Identifier');
    if (name === null) throw new Error(`A selector without a metric: ${query}`);
    return {
      metric: textOf(name),
      matchers: all(node, 'UnquotedLabelMatcher').map(matcherOf),
      groupedBy: groupingOf(node),
    };
  });
};
