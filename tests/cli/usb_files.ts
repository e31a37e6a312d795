/** Config files of USB's format that train in seconds on images that are made. */
import { configText } from "../config/usb/config_files.ts";

const quick = {
  algorithm: "fixmatch",
  imb_algorithm: "abc",
  save_dir: "./saved_models/classic_cv_imb",
  save_name: "fixmatch_abc_synthetic_lb8_2_ulb8_-2_0",
  resume: true,
  load_path:
    "./saved_models/classic_cv_imb/fixmatch_abc_synthetic_lb8_2_ulb8_-2_0/latest_model.pth",
  overwrite: true,
  epoch: 4,
  num_train_iter: 8,
  num_eval_iter: 4,
  num_log_iter: 2,
  num_labels: 8,
  batch_size: 2,
  uratio: 1,
  ema_m: 0.9,
  img_size: 8,
  net: "wrn_10_1",
  dataset: "synthetic",
  num_classes: 2,
  seed: 0,
  include_lb_to_ulb: false,
  lb_imb_ratio: 2,
  ulb_imb_ratio: -2,
  ulb_num_labels: 8,
  abc_p_cutoff: 0.95,
  abc_loss_ratio: 1.0,
  gpu: "None",
  clip: "0.0",
  world_size: 1,
};

/** The text of such a file with other values. */
export function quickConfig(changes: Parameters<typeof configText>[0] = {}): string {
  return configText({ ...quick, ...changes });
}
