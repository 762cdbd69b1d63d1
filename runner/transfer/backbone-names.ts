/** @file The networks that transfer may begin with, by name: what settings and the command line say. */
export const backboneNames = ["resnet50", "squeezenet", "cifar"] as const;

export type BackboneName = (typeof backboneNames)[number];

/** As it is typed. */
export function backboneOption(name: BackboneName): string {
  return name === "cifar" ? "--pretrain cifar" : `--backbone ${name}`;
}
