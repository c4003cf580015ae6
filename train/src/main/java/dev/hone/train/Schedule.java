package dev.hone.train;

/**
 * The share of the peak learning rate at each step, as transformers' schedules have it. Steps count from 0: the first step of
 * a run with warm-up has the share 0 (but see {@link WarmupStableDecay}).
 */
public sealed interface Schedule {
    /** @param step how many steps are done, from 0; those after the planned end are defined too */
    double factor(long step);

    /** {@code constant}. */
    record Constant() implements Schedule {
        @Override
        public double factor(long step) { return 1; }
    }

    /**
     * {@code constant_with_warmup}: up in a line, then level.
     *
     * @param warmup steps of the rise
     */
    record ConstantWithWarmup(long warmup) implements Schedule {
        @Override
        public double factor(long step) { return step < warmup ? rise(step, warmup) : 1; }
    }

    /**
     * {@code linear}: up in a line, down in a line to 0.
     *
     * @param warmup steps of the rise
     * @param total steps of the run
     */
    record Linear(long warmup, long total) implements Schedule {
        @Override
        public double factor(long step) {
            return step < warmup ? rise(step, warmup) : Math.max(0, (double) (total - step) / atLeast1(total - warmup));
        }
    }

    /**
     * {@code cosine} (arXiv 1608.03983) and {@code cosine_with_min_lr}: up in a line, down as a cosine.
     *
     * @param warmup steps of the rise
     * @param total steps of the run
     * @param cycles waves of the cosine; 0.5 falls once
     * @param least the share at its foot
     */
    record Cosine(long warmup, long total, double cycles, double least) implements Schedule {
        public Cosine {
            Require.that(cycles > 0, "num_cycles", cycles, "a number above 0");
            Require.that(least >= 0 && least <= 1, "min_lr_rate", least, "a share from 0 to 1 of learning_rate");
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                return rise(step, warmup);
            }
            double wave = wave(cycles * 2 * progress(step, warmup, total));
            return Math.max(0, wave * (1 - least) + least);
        }
    }

    /**
     * {@code cosine_with_restarts}: up in a line, then falls as a cosine several times, each from the peak.
     *
     * @param warmup steps of the rise
     * @param total steps of the run
     * @param cycles how many falls
     */
    record CosineWithRestarts(long warmup, long total, int cycles) implements Schedule {
        public CosineWithRestarts {
            Require.that(cycles > 0, "num_cycles", cycles, "a whole number above 0");
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                return rise(step, warmup);
            }
            double progress = progress(step, warmup, total);
            return progress >= 1 ? 0 : Math.max(0, wave(cycles * progress % 1));
        }
    }

    /**
     * {@code polynomial}: up in a line, down as a power to an end that it keeps.
     *
     * @param warmup steps of the rise
     * @param total steps of the run
     * @param end share at the end
     * @param power exponent of the fall
     */
    record Polynomial(long warmup, long total, double end, double power) implements Schedule {
        public Polynomial {
            Require.that(end >= 0 && end < 1, "lr_end", end, "a share of learning_rate of at least 0 and below 1");
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                return rise(step, warmup);
            }
            return step >= total ? end : (1 - end) * Math.pow(1 - progress(step, warmup, total), power) + end;
        }
    }

    /**
     * {@code inverse_sqrt}: up in a line, down as 1/√step.
     *
     * @param warmup steps of the rise
     * @param timescale the longer, the flatter the fall; with the warm-up's length it is that of arXiv 1706.03762
     */
    record InverseSqrt(long warmup, long timescale) implements Schedule {
        public InverseSqrt {
            Require.that(timescale > 0, "timescale", timescale, "a whole number above 0");
        }

        @Override
        public double factor(long step) {
            return step < warmup
                    ? rise(step, warmup)
                    : 1 / Math.sqrt((double) (step + timescale - warmup) / timescale);
        }
    }

    /**
     * {@code warmup_stable_decay} (arXiv 2404.06395): up, level, down to an end that it keeps. The rise starts from the same
     * least share at which the fall ends.
     *
     * @param warmup steps of the rise
     * @param stable steps on the level
     * @param decay steps of the fall
     * @param least the share at both ends
     * @param rising shape of the rise
     * @param falling shape of the fall
     */
    record WarmupStableDecay(long warmup, long stable, long decay, double least, Shape rising, Shape falling)
            implements
                Schedule {
        public WarmupStableDecay {
            Require.that(stable >= 0, "num_stable_steps", stable, "warm-up and decay that fit in the run");
            Require.that(decay >= 0, "num_decay_steps", decay, "a whole number of at least 0");
            Require.that(least >= 0 && least <= 1, "min_lr_ratio", least, "a share from 0 to 1 of learning_rate");
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                return between(rising.rise(Schedule.rise(step, warmup)));
            }
            long past = step - warmup - stable;
            if (past < 0) {
                return 1;
            }
            return past < decay ? between(falling.fall((double) past / atLeast1(decay))) : least;
        }

        private double between(double share) { return Math.max(0, share * (1 - least) + least); }
    }

    /** How a rate falls from 1 to 0; a rise is the same seen backwards. */
    enum Shape {
        LINEAR {
            @Override
            double fall(double progress) { return 1 - progress; }

            @Override
            double rise(double progress) { return progress; }
        },
        COSINE {
            @Override
            double fall(double progress) { return wave(progress); }
        },
        ONE_MINUS_SQRT {
            @Override
            double fall(double progress) { return 1 - Math.sqrt(progress); }
        };

        abstract double fall(double progress);

        double rise(double progress) { return fall(1 - progress); }
    }

    private static double rise(long step, long warmup) { return (double) step / atLeast1(warmup); }

    private static double progress(long step, long warmup, long total) {
        return (double) (step - warmup) / atLeast1(total - warmup);
    }

    /** Half a cosine's wave from 1 at 0 to 0 at 1. */
    private static double wave(double progress) {
        return 0.5 * (1 + Math.cos(Math.PI * progress));
    }

    private static long atLeast1(long steps) { return Math.max(1, steps); }
}
