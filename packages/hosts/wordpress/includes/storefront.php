<?php
/**
 * What a signed-in shopper sees: blocks, shortcodes and the dashboard of WooCommerce's account page.
 *
 * @package Tessera
 */

namespace Tessera;

defined( 'ABSPATH' ) || exit;

add_action(
	'init',
	function (): void {
		wp_register_script(
			'tessera-editor',
			plugins_url( 'assets/editor.js', PLUGIN_FILE ),
			array( 'wp-blocks', 'wp-block-editor', 'wp-components', 'wp-element', 'wp-i18n' ),
			'0.1.0',
			array( 'in_footer' => true )
		);
		foreach ( array( 'badge', 'recommendations' ) as $name ) {
			$render = __NAMESPACE__ . '\\render_' . $name;
			register_block_type(
				plugin_dir_path( PLUGIN_FILE ) . 'blocks/' . $name,
				array(
					'render_callback' => function ( array $attributes ) use ( $render ): string {
						$html = $render( $attributes );
						return '' === $html ? '' : sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $html );
					},
				)
			);
			add_shortcode(
				'tessera_' . $name,
				function ( $attributes ) use ( $render ): string {
					return $render( is_array( $attributes ) ? $attributes : array() );
				}
			);
		}
	}
);

/** @param array<string, mixed> $attributes `size`: "compact" or "inline". */
function render_badge( array $attributes ): string {
	return render_for_shopper( sprintf( '<tessera-segment-badge%s></tessera-segment-badge>', size_attribute( $attributes ) ) );
}

/** @param array<string, mixed> $attributes `count`: how many products, 1 to 20; `size`. */
function render_recommendations( array $attributes ): string {
	$count = min( 20, max( 1, (int) ( $attributes['count'] ?? 4 ) ) );
	return render_for_shopper(
		sprintf( '<tessera-recommendations count="%d"%s></tessera-recommendations>', $count, size_attribute( $attributes ) )
	);
}

/** @param array<string, mixed> $attributes */
function size_attribute( array $attributes ): string {
	$size = $attributes['size'] ?? '';
	return in_array( $size, array( 'compact', 'inline' ), true ) ? sprintf( ' size="%s"', esc_attr( $size ) ) : '';
}

/** A guest's page has nothing of ours in it, not even the script. */
function render_for_shopper( string $elements ): string {
	return render_elements( 'customer', customer_id( wp_get_current_user() ), $elements );
}

add_action(
	'woocommerce_account_dashboard',
	function (): void {
		// Every value in it was escaped where it was put in.
		echo render_for_shopper( '<tessera-perks></tessera-perks><tessera-recommendations count="4"></tessera-recommendations>' ); // phpcs:ignore WordPress.Security.EscapeOutput
	}
);

/** Orders name a product by its SKU or, without one, by its id. */
add_action(
	'template_redirect',
	function (): void {
		// phpcs:ignore WordPress.Security.NonceVerification -- it only leads to a public page
		$product = sanitize_text_field( wp_unslash( is_string( $_GET['tessera_product'] ?? null ) ? $_GET['tessera_product'] : '' ) );
		if ( '' === $product || ! function_exists( 'wc_get_product_id_by_sku' ) ) {
			return;
		}
		$found   = (int) wc_get_product_id_by_sku( $product );
		$post_id = 0 < $found ? $found : absint( $product );
		// An order names what was bought, such as a size; the page is that of the product it is a size of.
		if ( 'product_variation' === get_post_type( $post_id ) ) {
			$post_id = (int) wp_get_post_parent_id( $post_id );
		}
		$is_seen = 'product' === get_post_type( $post_id ) && 'publish' === get_post_status( $post_id );
		wp_safe_redirect( $is_seen ? (string) get_permalink( $post_id ) : home_url( '/' ) );
		exit;
	}
);
