<?php
/**
 * WooCommerce's side of what the plugin uses: WooCommerce itself is in no package registry. Same names and arguments, and
 * nothing else: orders are posts here, as before WooCommerce's own tables; those tables have a page that fires the same hook.
 */

class WC_Order {
	private $id;

	public function __construct( int $id ) {
		$this->id = $id;
	}

	public function get_customer_id(): int {
		return (int) get_post_meta( $this->id, '_customer_user', true );
	}
}

function wc_get_order( $id ) {
	return 'shop_order' === get_post_type( $id ) ? new WC_Order( (int) $id ) : false;
}

function wc_get_product_id_by_sku( $sku ) {
	$types = array( 'product', 'product_variation' );
	$found = get_posts( array( 'post_type' => $types, 'meta_key' => '_sku', 'meta_value' => $sku, 'fields' => 'ids' ) );
	return $found[0] ?? 0;
}

add_action(
	'init',
	function (): void {
		register_post_type( 'shop_order', array( 'show_ui' => true, 'label' => 'Orders', 'supports' => array( 'title' ) ) );
		register_post_type( 'product', array( 'public' => true, 'label' => 'Products' ) );
		register_post_type( 'product_variation', array( 'public' => false, 'label' => 'Variations' ) );
		add_shortcode(
			'woocommerce_my_account',
			function (): string {
				ob_start();
				do_action( 'woocommerce_account_dashboard' );
				return ob_get_clean();
			}
		);
		do_action( 'before_woocommerce_init' );
	}
);

add_action(
	'admin_menu',
	function (): void {
		$screen = add_menu_page(
			'Orders',
			'Orders',
			'edit_posts',
			'wc-orders',
			function (): void {
				$order = wc_get_order( absint( $_GET['id'] ?? 0 ) );
				do_action( 'add_meta_boxes', 'woocommerce_page_wc-orders', $order );
				do_meta_boxes( 'woocommerce_page_wc-orders', 'normal', $order );
			}
		);
	}
);
