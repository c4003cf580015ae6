package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/** @param json instead of text */
@SettingGroup("Output")
record DoctorSettings(@Setting(value = "false", doc = "One JSON object instead of text.") boolean json) {}
