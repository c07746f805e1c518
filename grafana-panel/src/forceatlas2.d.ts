/** The package declares its entry only; this is its inner iteration, which works in place on flat matrices. */
declare module 'graphology-layout-forceatlas2/iterate.js' {
  interface Settings {
    readonly linLogMode: boolean;
    readonly outboundAttractionDistribution: boolean;
    readonly adjustSizes: boolean;
    readonly edgeWeightInfluence: number;
    readonly scalingRatio: number;
    readonly strongGravityMode: boolean;
    readonly gravity: number;
    readonly slowDown: number;
    readonly barnesHutOptimize: boolean;
    readonly barnesHutTheta: number;
  }
  function iterate(settings: Settings, nodes: Float32Array, edges: Float32Array): unknown;
  export = iterate;
}
