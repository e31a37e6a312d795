/**
 * The engines that can be installed: which file of which PyPI project, by version and SHA-256, and what of it is kept.
 *
 * To pin another version: raise `version`, look the files up with pip or uv (docs/engines.md says how), and run the engine's tests.
 */

/** Names that `engine install` takes. `cuda` is the GPU plugin of the engine `xla`. */
export type EngineName = "tensorflow" | "xla" | "cuda";

/** One wheel and what is unpacked from it. */
export interface Wheel {
  /** The project's name on PyPI. */
  readonly project: string;
  readonly version: string;
  /** The wheel's file name; its tags say for which Python and platform it was made. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Path in the wheel -> path in the engine's directory; a path that ends in `/` stands for the libraries and tools below it. */
  readonly unpack: Readonly<Record<string, string>>;
}

/** What is installed on one platform. */
export interface Build {
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
  /** How far it was tried, for people. */
  readonly tested: string;
  readonly wheels: readonly Wheel[];
  /** Shared libraries that the program loads, relative to the engine's directory; those on which they depend come first. */
  readonly libraries: readonly string[];
  /** Size on disk of what is kept. */
  readonly unpackedBytes: number;
}

export interface CatalogueEngine {
  readonly name: EngineName;
  /** The same on every platform; part of the directory's name. */
  readonly version: string;
  /** What it is good for, in a few words. */
  readonly purpose: string;
  readonly builds: readonly Build[];
}

const untested = "untested: no such machine was at hand";

/** TensorFlow's two libraries, wherever its wheel is called `tensorflow` or `tensorflow-cpu`. */
const tensorflowFiles = ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"];
const tensorflowUnpack = Object.fromEntries(
  tensorflowFiles.map((file) => [`tensorflow/${file}`, file]),
);

const xlaUnpack = {
  "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so": "xla_cpu_pjrt.so",
  "xla_plugins/xla_cpu_pjrt/include/pjrt_c_api.h": "pjrt_c_api.h",
};

const cudaPlugin = "jax_plugins/xla_cuda13/xla_cuda_plugin.so";

/** A wheel of NVIDIA's: all of them unpack into one tree, in which the plugin looks for its libraries. */
function nvidia(project: string, rest: Omit<Wheel, "project" | "unpack" | "version">): Wheel {
  const version = rest.file.split("-")[1]!;
  return { project: `nvidia-${project}`, version, ...rest, unpack: { "nvidia/": "nvidia/" } };
}

export const CATALOGUE: readonly CatalogueEngine[] = [
  {
    name: "tensorflow",
    version: "2.21.0",
    purpose: "the fast engine on CPUs",
    builds: [
      {
        os: "linux",
        arch: "x86_64",
        tested: "tested",
        wheels: [{
          project: "tensorflow-cpu",
          version: "2.21.0",
          file: "tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl",
          sha256: "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
          bytes: 274_000_871,
          unpack: tensorflowUnpack,
        }],
        libraries: tensorflowFiles,
        unpackedBytes: 853_308_936,
      },
      {
        os: "linux",
        arch: "aarch64",
        tested: untested,
        wheels: [{
          project: "tensorflow",
          version: "2.21.0",
          file: "tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl",
          sha256: "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552",
          bytes: 281_946_471,
          unpack: tensorflowUnpack,
        }],
        libraries: tensorflowFiles,
        unpackedBytes: 850_000_000,
      },
    ],
  },
  {
    name: "xla",
    version: "0.0.1",
    purpose: "XLA on the CPU: keeps the GPU's path tested",
    builds: [
      {
        os: "linux",
        arch: "x86_64",
        tested: "tested",
        wheels: [{
          project: "xla-cpu-pjrt",
          version: "0.0.1",
          file: "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_x86_64.whl",
          sha256: "55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc",
          bytes: 63_461_052,
          unpack: xlaUnpack,
        }],
        libraries: ["xla_cpu_pjrt.so"],
        unpackedBytes: 259_390_571,
      },
      {
        os: "linux",
        arch: "aarch64",
        tested: untested,
        wheels: [{
          project: "xla-cpu-pjrt",
          version: "0.0.1",
          file: "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_aarch64.whl",
          sha256: "8f613be6e891858f40d64f9799319502fff42689661944fc18a6ffd8210b30c9",
          bytes: 49_514_947,
          unpack: xlaUnpack,
        }],
        libraries: ["xla_cpu_pjrt.so"],
        unpackedBytes: 250_000_000,
      },
    ],
  },
  {
    name: "cuda",
    version: "0.12.0.1",
    purpose: "XLA on NVIDIA GPUs (CUDA 13), the engine xla",
    builds: [{
      os: "linux",
      arch: "x86_64",
      tested: "not run: no GPU",
      wheels: [
        {
          project: "jax-cuda13-pjrt",
          version: "0.12.0.1",
          file: "jax_cuda13_pjrt-0.12.0.1-py3-none-manylinux_2_27_x86_64.whl",
          sha256: "5899bb6177eda86ea532afb9a26794f2bdd04966f6a01f9028266b16c2b6cf90",
          bytes: 134_922_808,
          unpack: { [cudaPlugin]: cudaPlugin },
        },
        nvidia("cublas", {
          file: "nvidia_cublas-13.10.0.20-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl",
          sha256: "dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84",
          bytes: 444_289_903,
        }),
        nvidia("cuda-cupti", {
          file: "nvidia_cuda_cupti-13.5.25-py3-none-manylinux_2_25_x86_64.whl",
          sha256: "9dcca41c12a734192b14e7128ae116bc9ce1b9da686e2ebf48ae7a4415f76650",
          bytes: 12_592_974,
        }),
        nvidia("cuda-nvcc", {
          file: "nvidia_cuda_nvcc-13.5.37-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
          sha256: "f5c4f7ead5d964fb4af42bbf1e6d3ec3c1e6e9d83b53749f691d387e7fcaa3a7",
          bytes: 47_028_279,
        }),
        nvidia("cuda-nvrtc", {
          file: "nvidia_cuda_nvrtc-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
          sha256: "86b4d68058807988b7d9af5b44917a0601e9c337f35ccd657bfb3c759ff8d8bc",
          bytes: 58_185_930,
        }),
        nvidia("cuda-runtime", {
          file:
            "nvidia_cuda_runtime-13.5.37-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
          sha256: "df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d",
          bytes: 2_504_024,
        }),
        nvidia("cudnn-cu13", {
          file: "nvidia_cudnn_cu13-9.28.1.4-py3-none-manylinux_2_27_x86_64.whl",
          sha256: "a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec",
          bytes: 516_817_937,
        }),
        nvidia("cufft", {
          file: "nvidia_cufft-12.5.0.14-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
          sha256: "b8be26837a5abad2b5b74f3e92dd29f622a42934b355be0961a48712cbba23ad",
          bytes: 165_072_555,
        }),
        nvidia("cusolver", {
          file: "nvidia_cusolver-12.4.1.2-py3-none-manylinux_2_27_x86_64.whl",
          sha256: "b3b8e02fd2f2df869369af075dc3a179d43f6f7b85e94632a7dce556697be044",
          bytes: 260_003_940,
        }),
        nvidia("cusparse", {
          file: "nvidia_cusparse-12.9.4.2-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
          sha256: "072667e58c851a318738f5527a12eb225cbf058803f2ea451c722d8cf8edddec",
          bytes: 230_422_857,
        }),
        nvidia("nccl-cu13", {
          file: "nvidia_nccl_cu13-2.32.3-py3-none-manylinux_2_27_x86_64.whl",
          sha256: "1459723080ac889d73a26edfa3e04383a7928ab31ac8f0ec43b3ea9548b04ff3",
          bytes: 305_100_071,
        }),
        nvidia("nvjitlink", {
          file: "nvidia_nvjitlink-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
          sha256: "280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb",
          bytes: 46_642_491,
        }),
        nvidia("nvshmem-cu13", {
          file: "nvidia_nvshmem_cu13-3.8.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
          sha256: "81a4d1f666543e6d34df6d2ff940c7da1435e34e186aab6f3c2b48861b64ef38",
          bytes: 182_092_449,
        }),
        nvidia("nvvm", {
          file: "nvidia_nvvm-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
          sha256: "c41bfa362e407405163f103c2229f0765f8cc2ed7d148b754dc77f228bf7e070",
          bytes: 75_141_406,
        }),
      ],
      libraries: [cudaPlugin],
      unpackedBytes: 4_500_000_000,
    }],
  },
];
