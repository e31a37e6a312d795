export {
  type Build,
  CATALOGUE,
  type CatalogueEngine,
  type EngineName,
  type Wheel,
} from "./catalogue.ts";
export { checkEngine } from "./check.ts";
export { type Candidate, type Choice, chooseEngine, describeFault } from "./choose.ts";
export { type CudaSettings, cudaSettings } from "./cuda_settings.ts";
export { libraryFault } from "./elf.ts";
export { hasGpu } from "./gpu.ts";
export { installEngine, type InstallOptions, type InstallProgress } from "./install.ts";
export { locateEngine, type Location } from "./locate.ts";
export {
  locateNodePackage,
  NODE_PACKAGE,
  NODE_PACKAGE_VERSION,
  nodePackageCommand,
  nodePackageFolder,
} from "./node_package.ts";
export {
  defaultPlaces,
  executableCache,
  findBuild,
  findEngine,
  hasCache,
  installCommand,
  type Places,
} from "./places.ts";
export { listRemains, type Remains, removeEngine } from "./remove.ts";
