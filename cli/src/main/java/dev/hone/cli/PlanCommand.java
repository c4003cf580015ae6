package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.model.Census;
import dev.hone.model.HubConfig;
import dev.hone.objective.Objectives;
import dev.hone.train.Forecast;
import dev.hone.train.ForecastSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code hone plan}: what a run will need, before anything is loaded. */
final class PlanCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("plan", "forecast memory and time of a run from a model's configuration",
                "--model DIR|config.json --objective NAME [--train_mode full|lora|qlora|…] [--key value …]",
                """
                        Counts a model from its config.json and tells what a run will need on each device, part by part:
                        weights, gradients, optimizer, activations, cache, head, and the other models of the method. No
                        weight is read. Times are estimates from the device's stated rates. Training on several devices
                        is forecast here, and not yet to be had.
                        """,
                List.of("hone plan --model models/base --objective dpo --train_mode qlora --max_length 512",
                        "hone plan --model models/base --objective ppo --reward_model runs/reward/model --device a100-40 --devices 2"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(ForecastSettings.class); }

    @Override
    public int run(Call call, Terminal terminal) {
        ForecastSettings settings = call.get(ForecastSettings.class);
        List<String> known = Stream.concat(Objectives.all().stream(), Objectives.online().stream())
                .map(Objectives.Entry::name).toList();
        new Checks().require(known.contains(settings.objective()), "objective", settings.objective(),
                "one of " + known.stream().collect(Collectors.joining(", "))).done();
        Census policy = Census.of(config(settings.model()));
        Forecast forecast = Forecast.of(settings, policy, settings.rewardModel().map(PlanCommand::config)
                .map(Census::of));
        terminal.result(String.format(Locale.ROOT, "%,d parameters, %,d of them in matrices of %d layers",
                policy.parameters(), policy.projected(), policy.load().layers()));
        forecast.parts().forEach(part -> terminal.result(line(part.bytes(), part.name())));
        terminal.result(line(forecast.total(), "in all" + (settings.devices() > 1 ? ", on each device" : "") + ", "
                + forecast.moment()));
        double room = settings.device().memory();
        if (room > 0) {
            terminal.result(forecast.total() <= room
                    ? String.format(Locale.ROOT, "fits %.0f GB", room / 1e9)
                    : String.format(Locale.ROOT, "does not fit %.0f GB: try train_mode lora or qlora,"
                            + " gradient_checkpointing, fewer tokens, or optim adamw_8bit", room / 1e9));
        }
        forecast.step().forEach((phase, seconds) -> terminal.result(
                String.format(Locale.ROOT, "%9.2f s   %s of a step of %d rows", seconds, phase, settings.rows())));
        return 0;
    }

    private static String line(double bytes, String what) {
        return String.format(Locale.ROOT, "%9.2f GB  %s", bytes / 1e9, what);
    }

    private static HubConfig config(Path given) {
        return Files.isDirectory(given) ? HubConfig.read(given) : HubConfig.readFile(given);
    }
}
