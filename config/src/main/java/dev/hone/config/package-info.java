/**
 * Records as configuration. A record component with a {@link dev.hone.config.Setting} is a key of a YAML file and a flag of the
 * command line; its default, range, documentation, JSON schema and serialised form come from the same declaration.
 */
@NullMarked
package dev.hone.config;

import org.jspecify.annotations.NullMarked;
