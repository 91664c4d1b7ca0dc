//! Logarithm and exponential in plain arithmetic: a call into the platform's library takes twice as long, and its last
//! digits differ from platform to platform, which scores must not.

/// Natural logarithm of a positive, normal number; the error is below 2e-6, absolute or relative, whichever is larger.
///
/// The mantissa is brought into `[1/sqrt 2, sqrt 2)`, where `ln m = 2 artanh((m - 1) / (m + 1))` converges quickly.
#[inline(always)]
pub(crate) fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    // The bits of 1/sqrt 2: mantissas above it belong to the next exponent.
    let offset = bits.wrapping_sub(0x3F35_04F3);
    let exponent = (offset.cast_signed() >> 23) as f32;
    let m = f32::from_bits((offset & 0x007F_FFFF).wrapping_add(0x3F35_04F3));
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let series = s * (2.0 + s2 * (0.666_666_7 + s2 * (0.4 + s2 * 0.285_714_3)));
    exponent * std::f32::consts::LN_2 + series
}

/// `ln(1 + x)` for `x >= 0`.
#[inline(always)]
pub(crate) fn ln_1p(x: f32) -> f32 {
    ln(1.0 + x)
}

/// Binary logarithm of a positive, normal number.
#[inline(always)]
pub(crate) fn log2(x: f32) -> f32 {
    ln(x) * std::f32::consts::LOG2_E
}

/// `e^x`; the relative error is below 1e-6. Beyond ±87 the result is that of ±87.
///
/// `2^n` goes into the exponent; what is left lies within ±(ln 2)/2, where six terms of the series do.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 87.0);
    // Adding and taking away 1.5 * 2^23 rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    // ln 2 in two parts, the first with so few digits that the product is exact.
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let series =
        1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    series * f32::from_bits(((n as i32 + 127) << 23).cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_exact_functions() {
        let mut x = 1e-6f32;
        while x < 1e9 {
            let exact = f64::from(x).ln();
            let error = (f64::from(ln(x)) - exact).abs();
            assert!(error <= 2e-6 * exact.abs().max(1.0), "ln {x}: off by {error}");
            x *= 1.003;
        }
        assert_eq!((ln(1.0), ln_1p(0.0), exp(0.0)), (0.0, 0.0, 1.0));
        for i in -8700..=8700 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(error < 1e-6, "exp {x}: off by {error}");
        }
        assert!(exp(1e9).is_finite() && exp(-1e9) > 0.0);
    }
}
