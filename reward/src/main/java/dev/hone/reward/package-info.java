@NullMarked
package dev.hone.reward;

import org.jspecify.annotations.NullMarked;
