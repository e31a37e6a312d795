import { UserError } from "../../../../errors.ts";
import { PjrtApi } from "./api.ts";
import { PjrtError } from "./error.ts";
import { Events } from "./events.ts";
import { loadPlugin } from "./library.ts";
import { type OptionValue, packOptions } from "./named_values.ts";
import { type Address, pointersAt, Struct, textAt } from "./struct.ts";

/** Which device of a plugin. */
export type DeviceKind = "cpu" | "cuda";

/** Options of `Client.open`. */
export interface ClientOptions {
  /** Path of the plugin. */
  readonly plugin: string;
  readonly device: DeviceKind;
  /** Which of the machine's devices of this kind. */
  readonly deviceIndex: number;
  /** Passed to the plugin. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** What plugins call the platform of a kind of device. */
const PLATFORMS: Readonly<Record<DeviceKind, readonly string[]>> = {
  cpu: ["cpu", "host"],
  cuda: ["cuda", "gpu"],
};

/** A plugin's client and its one device. A process has one client of a plugin at a time. */
export class Client {
  static readonly #open = new Set<string>();

  readonly events: Events;
  /** `cpu`, `cuda`. */
  readonly platform: string;
  /** What the plugin says of its own version. */
  readonly platformVersion: string;
  /** `NVIDIA A100-SXM4-40GB`, `cpu`. */
  readonly deviceKind: string;

  private constructor(
    readonly api: PjrtApi,
    readonly address: Address,
    readonly device: Address,
    private readonly plugin: string,
  ) {
    this.events = new Events(api);
    const name = new Struct("PJRT_Client_PlatformName_Args").set("client", address);
    api.call("PJRT_Client_PlatformName", name);
    this.platform = textAt(name.pointer("platform_name"), name.number("platform_name_size"));
    const version = new Struct("PJRT_Client_PlatformVersion_Args").set("client", address);
    api.call("PJRT_Client_PlatformVersion", version);
    this.platformVersion = textAt(
      version.pointer("platform_version"),
      version.number("platform_version_size"),
    );
    const description = new Struct("PJRT_Device_GetDescription_Args").set("device", device);
    api.call("PJRT_Device_GetDescription", description);
    const kind = new Struct("PJRT_DeviceDescription_Kind_Args")
      .set("device_description", description.pointer("device_description"));
    api.call("PJRT_DeviceDescription_Kind", kind);
    this.deviceKind = textAt(kind.pointer("device_kind"), kind.number("device_kind_size"));
  }

  /**
   * Loads the plugin and makes a client. Throws a UserError where library, version, device or an option does not fit, and an Error if
   * this process has a client of the plugin already.
   */
  static open({ plugin, device, deviceIndex, options }: ClientOptions): Client {
    if (Client.#open.has(plugin)) {
      throw new Error(
        `${plugin}: this process has an engine on this plugin already; close it first`,
      );
    }
    const api = new PjrtApi(loadPlugin(plugin), plugin);
    api.call("PJRT_Plugin_Initialize", new Struct("PJRT_Plugin_Initialize_Args"));
    const address = createClient(api, plugin, options);
    try {
      const devices = addressableDevices(api, address);
      // A GPU client sees only the device that its options name.
      const chosen = devices[device === "cpu" ? deviceIndex : 0];
      if (chosen === undefined) {
        throw new UserError(
          `${plugin}: expected a device ${deviceIndex}, found ${devices.length} of kind ${device}`,
        );
      }
      const client = new Client(api, address, chosen, plugin);
      if (!PLATFORMS[device].includes(client.platform.toLowerCase())) {
        throw new UserError(
          `${plugin}: expected a plugin for ${device}, found one for ${client.platform}`,
        );
      }
      Client.#open.add(plugin);
      return client;
    } catch (error) {
      destroyClient(api, address);
      throw error;
    }
  }

  /** Everything made by the client must be destroyed before. */
  close(): void {
    destroyClient(this.api, this.address);
    Client.#open.delete(this.plugin);
  }
}

function createClient(
  api: PjrtApi,
  plugin: string,
  options: Readonly<Record<string, OptionValue>>,
): Address {
  const packed = packOptions(options);
  const args = new Struct("PJRT_Client_Create_Args")
    .set("create_options", packed.bytes)
    .set("num_options", packed.count);
  try {
    api.call("PJRT_Client_Create", args);
  } catch (error) {
    if (!(error instanceof PjrtError)) throw error;
    throw new UserError(`${plugin}: the device cannot be opened: ${error.code}: ${error.detail}`);
  }
  if (packed.kept.length !== packed.count) throw new Error("internal: packed options");
  return args.pointer("client");
}

function destroyClient(api: PjrtApi, client: Address): void {
  api.call("PJRT_Client_Destroy", new Struct("PJRT_Client_Destroy_Args").set("client", client));
}

function addressableDevices(api: PjrtApi, client: Address): Address[] {
  const args = new Struct("PJRT_Client_AddressableDevices_Args").set("client", client);
  api.call("PJRT_Client_AddressableDevices", args);
  return pointersAt(args.pointer("addressable_devices"), args.number("num_addressable_devices"));
}
