/** @file What pooling layers over windows share: options by Keras's names and defaults, and the output shape. */
import type { Shape } from "../../engine/shape.ts";
import type { PoolOptions } from "../../kernels/pool2d/pool2d.ts";
import { resolveWindow, type Size2d } from "../../kernels/window.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options beside the window. */
export type PoolingOptions = Omit<PoolOptions, "poolSize"> & LayerOptions;

export abstract class Pooling2DLayer extends Layer {
  readonly poolSize: Size2d;
  protected readonly options: PoolOptions;

  /** `className` names the layer in errors. */
  constructor(className: string, poolSize: Size2d, options: PoolingOptions) {
    super(layerOptions(className, options, { strides: true, padding: true }));
    this.poolSize = poolSize;
    const { strides = poolSize, padding = "valid" } = options;
    this.options = { poolSize, strides, padding };
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const { strides = this.poolSize, padding = "valid" } = this.options;
    const window = resolveWindow(this.label, [1, ...image], { window: this.poolSize, strides, padding });
    return [window.outHeight, window.outWidth, image[2]!];
  }
}
