@NullMarked
package dev.hone.rollout;

import org.jspecify.annotations.NullMarked;
